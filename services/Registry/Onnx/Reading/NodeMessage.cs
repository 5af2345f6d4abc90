using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>A node: one call of an operator, or of a function that the model defines.</summary>
internal sealed class NodeMessage : OnnxMessage
{
    private readonly int index;
    private string name = "";
    private string operation = "";
    private string domain = "";
    private int attributes;
    private int inputs;
    private int outputs;

    internal NodeMessage(OnnxContext context, OnnxMessage parent, int index)
        : base(context, parent)
    {
        this.index = index;
        if (context.Nodes++ == context.Limits.Nodes)
            context.Add(FindingCode.LimitNodes, this, $"the model has more than {context.Limits.Nodes} nodes");
    }

    protected override string Label => $"{LabelOf("node", index, name)}{(operation.Length == 0 ? "" : " " + Printable(operation))}";

    internal override FieldKind KindOf(int field) => field switch
    {
        1 or 2 => FieldKind.DataList,      // input, output
        3 or 4 or 7 => FieldKind.Name,     // name, op_type, domain
        5 => FieldKind.Messages,           // attribute
        6 => FieldKind.Data,               // doc_string
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage BeginMessage(int field)
    {
        if (attributes++ == Context.Limits.Attributes)
            Context.Add(FindingCode.LimitAttributes, this, $"it has more than {Context.Limits.Attributes} attributes");
        return new AttributeMessage(Context, this, "attribute");
    }

    internal override void OnName(int field, string text)
    {
        if (field == 3)
            name = text;
        else if (field == 4)
            operation = text;
        else
            domain = text;
    }

    internal override void OnData(int field, long length)
    {
        RequireText(length, field == 6 ? "the description" : "an input's or output's name");
        if (field == 1)
            CountEntry(ref inputs, "inputs");
        else if (field == 2)
            CountEntry(ref outputs, "outputs");
    }

    internal override void OnEnd()
    {
        if (OperatorRules.IsEngine(operation))
        {
            Context.Add(
                FindingCode.EngineContext,
                this,
                $"{Printable(operation)} passes bytes or a file to another engine; export the model without compiled parts");
        }

        Context.Calls.Add(Context, this, domain, operation);
    }
}
