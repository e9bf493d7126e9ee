export {};
//# sourceMappingURL=key-groups.test.d.ts.map