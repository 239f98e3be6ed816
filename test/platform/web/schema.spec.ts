import { Line, ListOf, MoneyField, Nested, Optional, Whole } from '../../../src/platform/web/input';
import { inputSchema } from '../../../src/platform/web/schema';

class Slice {
  @Whole(1, 9)
  size!: number;
}

class Plate {
  @ListOf(() => Slice, 3, { description: 'What is on it' })
  slices!: Slice[];
}

class Order {
  @Optional()
  @Nested(() => Plate)
  plate?: Plate;

  @MoneyField()
  tip!: object;
}

class LargeOrder extends Order {
  @Line(20)
  name!: string;
}

/** Another class of the same name, as two modules may have it. */
function otherSlice() {
  class Slice {
    @Line(5)
    label!: string;
  }
  class Label {
    @Nested(() => Slice)
    slice!: Slice;
  }
  return Label;
}

const size = { type: 'integer', minimum: 1, maximum: 9 };
const slice = { type: 'object', properties: { size }, required: ['size'], additionalProperties: false };
const slices = { type: 'array', items: slice, maxItems: 3, description: 'What is on it' };
const plate = { type: 'object', properties: { slices }, required: ['slices'], additionalProperties: false };

describe('the schema of an input', () => {
  it('writes out what is inside it, however deep, and closes each to unknown fields', () => {
    const { properties, required, additionalProperties } = inputSchema(Order);
    expect(properties!.plate).toEqual(plate);
    expect(properties!.tip).toMatchObject({ 'x-form': 'money', required: ['amount', 'currency'], additionalProperties: false });
    expect({ required, additionalProperties }).toEqual({ required: ['tip'], additionalProperties: false });
  });

  it('holds what the class it extends asks for', () => {
    const { properties, required } = inputSchema(LargeOrder);
    expect(properties!.plate).toEqual(plate);
    expect(required).toEqual(expect.arrayContaining(['name', 'tip']));
  });

  it('means the class, not another of its name', () => {
    const label = inputSchema(otherSlice()).properties!.slice!;
    expect(Object.keys(label.properties!)).toEqual(['label']);
    expect(inputSchema(Plate)).toEqual(plate);
  });

  it('is open where there is nothing to fill in, and says so where a nested class has forgotten its fields', () => {
    class Nothing {}
    class Holder {
      @Nested(() => Nothing)
      nothing!: Nothing;
    }
    expect(inputSchema(Nothing)).toEqual({});
    expect(() => inputSchema(Holder)).toThrow('#/components/schemas/Nothing names no class with validation decorators');
  });
});
