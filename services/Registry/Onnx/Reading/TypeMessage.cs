using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

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
