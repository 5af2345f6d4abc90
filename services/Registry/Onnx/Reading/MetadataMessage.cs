namespace ModelServing.Registry.Onnx.Reading;

/// <summary>One metadata entry of the model.</summary>
internal sealed class MetadataMessage(OnnxContext context, OnnxMessage parent, int index) : OnnxMessage(context, parent)
{
    protected override string Label => LabelOf("metadata_props", index, "");

    internal override FieldKind KindOf(int field) => field is 1 or 2 ? FieldKind.Data : FieldKind.Unknown;

    internal override void OnData(int field, long length) => RequireText(length, field == 1 ? "the key" : "the value");
}
