namespace ModelServing.Registry.Onnx.Reading;

/// <summary>An input, an output, or a value between nodes: its name and type.</summary>
internal sealed class ValueMessage(OnnxContext context, OnnxMessage parent, string kind, int index) : OnnxMessage(context, parent)
{
    internal string ValueName { get; private set; } = "";

    /// <summary>Its type; null when it says none.</summary>
    internal TypeMessage? Type { get; private set; }

    protected override string Label => LabelOf(kind, index, ValueName);

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Name,    // name
        2 => FieldKind.Message, // type
        3 => FieldKind.Data,    // doc_string
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage Begin(int field) => Type = new TypeMessage(Context, this, "type", -1);

    internal override void Name(int field, string text) => ValueName = text;

    internal override void Data(int field, long length) => RequireText(length, "the description");
}
