SHTESTS += docs/docs_test
