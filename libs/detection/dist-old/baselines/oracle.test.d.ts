export {};
//# sourceMappingURL=oracle.test.d.ts.map