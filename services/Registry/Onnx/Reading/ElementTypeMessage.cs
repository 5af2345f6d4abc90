namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The type of the contents of a sequence, a map or an optional value.</summary>
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

    internal override OnnxMessage BeginMessage(int field) => new TypeMessage(Context, this, "type", -1);
}
