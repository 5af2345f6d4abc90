using ModelServing.Registry.Onnx.Values;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>A function that the model defines. Nodes call it by domain and name.</summary>
internal sealed class FunctionMessage(OnnxContext context, OnnxMessage parent, int index) : OnnxMessage(context, parent)
{
    private int nodes;
    private int attributes;
    private int values;
    private int entries;

    internal ValueScope Scope { get; } = context.Divisions.Begin(null);

    internal string FunctionName { get; private set; } = "";

    internal string Domain { get; private set; } = "";

    protected override string Label => LabelOf("function", index, FunctionName);

    internal override FieldKind KindOf(int field) => field switch
    {
        1 or 10 => FieldKind.Name,          // name, domain
        4 or 5 => FieldKind.Names,          // input, output
        6 => FieldKind.DataList,            // attribute
        7 or 11 or 12 => FieldKind.Messages, // node, attribute_proto, value_info
        8 => FieldKind.Data,                // doc_string
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage BeginMessage(int field)
    {
        switch (field)
        {
            case 7:
                return new NodeMessage(Context, this, nodes++);
            case 12:
                return new ValueMessage(Context, this, "value_info", values++);
            default:
                if (attributes++ == Context.Limits.Attributes)
                    Context.Add(FindingCode.LimitAttributes, this, $"it has more than {Context.Limits.Attributes} attributes");
                return new AttributeMessage(Context, this, "attribute_proto");
        }
    }

    internal override void OnName(int field, string text)
    {
        switch (field)
        {
            case 1:
                FunctionName = text;
                break;
            case 10:
                Domain = text;
                break;
            default:
                CountEntry(ref entries, "inputs, outputs and attributes");
                if (Context.ValueOf(Scope, text, this) is not { } value)
                    return;
                value.IsInput |= field == 4;
                (field == 4 ? Scope.Inputs : Scope.Outputs).Add(value);
                break;
        }
    }

    internal override void OnData(int field, long length)
    {
        RequireText(length, field == 8 ? "the description" : "an attribute's name");
        if (field != 8)
            CountEntry(ref entries, "inputs, outputs and attributes");
    }

    internal override void OnEnd()
    {
        Context.Calls.Define(Context, this);
        Context.Divisions.Define(this);
    }
}
