using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The type of a value.</summary>
internal sealed class TypeMessage(OnnxContext context, OnnxMessage parent, string label, int index) : OnnxMessage(context, parent)
{
    internal ValueKind Kind { get; private set; }

    /// <summary>The tensor's type; null for other kinds of values.</summary>
    internal TensorTypeMessage? Tensor { get; private set; }

    protected override string Label => LabelOf(label, index, "");

    internal override FieldKind KindOf(int field) => field is 1 or 4 or 5 or 8 or 9 ? FieldKind.Message : FieldKind.Unknown;

    internal override OnnxMessage BeginMessage(int field)
    {
        // Only one kind may be given; readers keep the last one.
        if (Kind != ValueKind.Unknown)
            Context.Add(FindingCode.DuplicateField, this, $"it is both a {Kind} and a {(ValueKind)field}");
        Kind = (ValueKind)field;
        if (Kind is not (ValueKind.Tensor or ValueKind.SparseTensor))
            return new ElementTypeMessage(Context, this, Kind);
        var tensor = new TensorTypeMessage(Context, this);
        if (Kind == ValueKind.Tensor)
            Tensor = tensor;
        return tensor;
    }
}
