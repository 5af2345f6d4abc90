namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The name and type of an input, an output, or a value between nodes.</summary>
internal sealed class ValueMessage(OnnxContext context, OnnxMessage parent, string kind, int index) : OnnxMessage(context, parent)
{
    internal string ValueName { get; private set; } = "";

    /// <summary>The type; null if it is not given.</summary>
    internal TypeMessage? Type { get; private set; }

    protected override string Label => LabelOf(kind, index, ValueName);

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Name,    // name
        2 => FieldKind.Message, // type
        3 => FieldKind.Data,    // doc_string
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage BeginMessage(int field) => Type = new TypeMessage(Context, this, "type", -1);

    internal override void OnName(int field, string text) => ValueName = text;

    internal override void OnEnd()
    {
        if (FindScope() is not { } scope || Context.ValueOf(scope, ValueName, this) is not { } value)
            return;
        if (Type?.Tensor is { ElementType: not 0 } tensor)
            value.Declare(TensorRules.KindOf(tensor.ElementType));
        if (kind == "input")
        {
            value.IsInput = true;
            value.IsFree |= scope.HasFreeInputs;
            scope.Inputs.Add(value);
        }
        else if (kind == "output")
        {
            scope.Outputs.Add(value);
        }
    }

    internal override void OnData(int field, long length) => RequireText(length, "the description");
}
