/** class-transformer keeps its metadata where only this path reaches; class-validator-jsonschema asks for it. */
declare module 'class-transformer/cjs/storage' {
  export const defaultMetadataStorage: NonNullable<import('class-validator-jsonschema/build/options').IOptions['classTransformerMetadataStorage']>;
}
