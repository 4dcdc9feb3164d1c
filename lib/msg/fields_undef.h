/*
 * Undefines the kinds of fields of msg.def and client.def.  Included after
 * each expansion of these tables, so it has no include guard.
 */
#undef NONE
#undef FLAG
#undef U8
#undef U32
#undef U64
#undef TEXT
#undef DIGEST
#undef BYTES
#undef PART
#undef FRAME
