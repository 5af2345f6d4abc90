namespace ModelServing.Registry.Onnx;

/// <summary>The kinds of values that ONNX has, by their fields in TypeProto.</summary>
internal enum ValueKind
{
    Unknown = 0,
    Tensor = 1,
    Sequence = 4,
    Map = 5,
    SparseTensor = 8,
    Optional = 9,
}

/// <summary>The type of a value.</summary>
internal sealed class TypeMessage(OnnxContext context, OnnxMessage parent, string label, int index) : OnnxMessage(context, parent)
{
    /// <summary>What kind of value.</summary>
    internal ValueKind Kind { get; private set; }

    /// <summary>What a tensor is of; null for other values.</summary>
    internal TensorTypeMessage? Tensor { get; private set; }

    protected override string Label => LabelOf(label, index, "");

    internal override FieldKind KindOf(int field) => field is 1 or 4 or 5 or 8 or 9 ? FieldKind.Message : FieldKind.Unknown;

    internal override OnnxMessage Begin(int field)
    {
        // One of them; a reader keeps the last.
        if (Kind != ValueKind.Unknown)
            Context.Add(FindingCode.DuplicateField, this, $"it is a {Kind} and a {(ValueKind)field}");
        Kind = (ValueKind)field;
        if (Kind is not (ValueKind.Tensor or ValueKind.SparseTensor))
            return new ElementTypeMessage(Context, this, Kind);
        var tensor = new TensorTypeMessage(Context, this);
        if (Kind == ValueKind.Tensor)
            Tensor = tensor;
        return tensor;
    }
}

/// <summary>What a sequence, a map or an optional value holds.</summary>
internal sealed class ElementTypeMessage(OnnxContext context, OnnxMessage parent, ValueKind kind) : OnnxMessage(context, parent)
{
    protected override string Label => kind.ToString();

    internal override FieldKind KindOf(int field) => (kind, field) switch
    {
        (ValueKind.Map, 1) => FieldKind.Number,  // key_type
        (ValueKind.Map, 2) => FieldKind.Message, // value_type
        (not ValueKind.Map, 1) => FieldKind.Message, // elem_type
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage Begin(int field) => new TypeMessage(Context, this, "type", -1);
}

/// <summary>What a tensor is of: element type and shape.</summary>
internal sealed class TensorTypeMessage(OnnxContext context, OnnxMessage parent) : OnnxMessage(context, parent)
{
    /// <summary>The number of the element type; 0 when none is said.</summary>
    internal int ElementType { get; private set; }

    /// <summary>The shape; null when none is said.</summary>
    internal ShapeMessage? Shape { get; private set; }

    protected override string Label => "tensor";

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Number,  // elem_type
        2 => FieldKind.Message, // shape
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage Begin(int field) => Shape = new ShapeMessage(Context, this);

    internal override void Number(int field, long value) => ElementType = (int)value;

    internal override void End()
    {
        // None is said of what the runtime infers.
        if (ElementType != 0 && !TensorRules.IsKnown(ElementType))
            Context.Add(FindingCode.ElementType, this, $"its elements are of the type {ElementType}, which ONNX does not have");
        else
            Shape?.Dimensions.IsCountable(Context, this, TensorRules.BitsOf(ElementType), freeDimensions: true);
    }
}

/// <summary>The shape of a value.</summary>
internal sealed class ShapeMessage(OnnxContext context, OnnxMessage parent) : OnnxMessage(context, parent)
{
    /// <summary>Its dimensions; -1 for one of any length.</summary>
    internal TensorShape Dimensions { get; } = new();

    protected override string Label => "shape";

    internal override FieldKind KindOf(int field) => field == 1 ? FieldKind.Messages : FieldKind.Unknown;

    internal override OnnxMessage Begin(int field) => new DimensionMessage(Context, this);

    internal void Add(long dimension) => Dimensions.Add(dimension, Context.Limits.Rank);
}

/// <summary>One dimension: a length, or a name for one of any length.</summary>
internal sealed class DimensionMessage(OnnxContext context, ShapeMessage shape) : OnnxMessage(context, shape)
{
    private long length = -1;
    private bool isGiven;

    protected override string Label => "dim";

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Number, // dim_value
        2 => FieldKind.Name,   // dim_param
        _ => FieldKind.Unknown,
    };

    internal override void Number(int field, long value) => Give(value);

    internal override void Name(int field, string text) => Give(-1);

    internal override void End() => shape.Add(length);

    private void Give(long value)
    {
        if (isGiven)
            Context.Add(FindingCode.DuplicateField, this, "it has a length and a name");
        (length, isGiven) = (value, true);
    }
}
