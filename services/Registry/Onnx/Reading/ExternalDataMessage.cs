namespace ModelServing.Registry.Onnx.Reading;

/// <summary>One of the entries that say where a tensor's external data are.</summary>
internal sealed class ExternalDataMessage(OnnxContext context, TensorMessage tensor) : OnnxMessage(context, tensor)
{
    private string key = "";
    private string value = "";

    protected override string Label => "external_data";

    internal override FieldKind KindOf(int field) => field is 1 or 2 ? FieldKind.Name : FieldKind.Unknown;

    internal override void OnName(int field, string text)
    {
        if (field == 1)
            key = text;
        else
            value = text;
    }

    internal override void OnEnd()
    {
        if (key == "location")
            tensor.SetLocation(value);
    }
}
