using ModelServing.Registry.Onnx.Values;
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
    private readonly List<GraphValue?> inputs = [];
    private readonly List<GraphValue?> outputs = [];
    private int inputCount;
    private int outputCount;
    private ElementKinds kind;
    private NumberBounds constant;
    private bool isFmod;
    private HashSet<string>? seen;

    internal NodeMessage(OnnxContext context, OnnxMessage parent, int index)
        : base(context, parent)
    {
        this.index = index;
        if (context.Nodes++ == context.Limits.Nodes)
            context.Add(FindingCode.LimitNodes, this, $"the model has more than {context.Limits.Nodes} nodes");
    }

    /// <summary>The graphs in its attributes.</summary>
    internal List<ValueScope>? Bodies { get; set; }

    /// <summary>The function around it; null if it is in one of the model's own graphs.</summary>
    internal FunctionMessage? Function { get; private set; }

    protected override string Label => $"{LabelOf("node", index, name)}{(operation.Length == 0 ? "" : " " + Printable(operation))}";

    internal override FieldKind KindOf(int field) => field switch
    {
        1 or 2 => FieldKind.Names,         // input, output
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
        switch (field)
        {
            case 1:
                CountEntry(ref inputCount, "inputs");
                Add(inputs, text);
                break;
            case 2:
                CountEntry(ref outputCount, "outputs");
                Add(outputs, text);
                break;
            case 3:
                name = text;
                break;
            case 4:
                operation = text;
                break;
            default:
                domain = text;
                break;
        }
    }

    internal override void OnData(int field, long length) => RequireText(length, "the description");

    /// <summary>Records what an attribute says about the output.</summary>
    internal void Add(string attribute, ElementKinds kinds, NumberBounds bounds, bool fmod)
    {
        // Readers differ in which of two attributes of one name they take.
        var isFirst = (seen ??= []).Add(attribute);
        kind = isFirst && (kind == ElementKinds.None || kinds == ElementKinds.None) ? kind | kinds : ElementKinds.Unknown;
        constant = isFirst && kind == kinds ? bounds : NumberBounds.None;
        isFmod = isFirst && fmod;
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

        for (var at = Parent; at is not null && Function is null; at = at.Parent)
            Function = at as FunctionMessage;
        Context.Calls.Add(Context, this, domain, operation);
        if (FindScope() is not { } scope)
            return;
        var call = new NodeCall(Context.Shared(OperatorRules.Canonical(domain)), Context.Shared(operation), [.. inputs], [.. outputs])
        {
            Kind = kind,
            Constant = constant,
            IsFmod = isFmod,
            Bodies = Bodies ?? (IReadOnlyList<ValueScope>)[],
        };
        // A finding can be about no other node, and there may be many.
        if (call.IsDivision)
            call.Node = this;
        scope.Calls.Add(call);
        for (var i = 0; i < outputs.Count; i++)
            outputs[i]?.SetProducer(call, i);
    }

    private void Add(List<GraphValue?> values, string value)
    {
        if (Context.CountReference(this))
            values.Add(FindScope() is { } scope ? Context.ValueOf(scope, value, this) : null);
    }
}
