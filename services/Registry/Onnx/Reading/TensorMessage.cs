using ModelServing.Registry.Onnx.Values;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>A tensor. Its data are counted and skipped.</summary>
internal sealed class TensorMessage(OnnxContext context, OnnxMessage parent, string kind, int index) : OnnxMessage(context, parent)
{
    private const int RawData = 9;

    private readonly TensorShape shape = new();
    private readonly long[] counts = new long[12];
    private NumberBounds numbers = NumberBounds.All;
    private byte[]? raw;
    private int type;
    private bool isExternal;
    private bool isSegment;
    private string? location;
    private int external;

    internal TensorShape Shape => shape;

    /// <summary>The element type's number.</summary>
    internal int Type => type;

    /// <summary>Whether the data are outside the file, so that nothing is known about them.</summary>
    internal bool IsExternal => isExternal || external > 0;

    internal string Name { get; private set; } = "";

    /// <summary>What is known about the elements, if they are integers.</summary>
    internal NumberBounds Bounds => IsExternal ? NumberBounds.None
        : counts[RawData] == 0 ? numbers
        : raw is null ? NumberBounds.None
        : TensorRules.BoundsOf(raw, type);

    protected override string Label => LabelOf(kind, index, Name);

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Numbers,                      // dims
        2 or 14 => FieldKind.Number,                 // data_type, data_location
        3 => FieldKind.Data,                         // segment
        4 => FieldKind.Fixed32,                      // float_data
        5 or 7 => FieldKind.Numbers,                 // int32_data, int64_data
        11 => FieldKind.CountedNumbers,              // uint64_data
        6 => FieldKind.DataList,                     // string_data
        8 => FieldKind.Name,                         // name
        9 => FieldKind.FewBytes,                     // raw_data
        12 => FieldKind.Data,                        // doc_string
        10 => FieldKind.Fixed64,                     // double_data
        13 => FieldKind.Messages,                    // external_data
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage BeginMessage(int field)
    {
        CountEntry(ref external, "entries of external data");
        return new ExternalDataMessage(Context, this);
    }

    internal override void OnNumber(int field, long value)
    {
        // Enumerations have 32 bits, and readers drop the higher ones.
        if (field is 5 or 7)
        {
            counts[field]++;
            numbers &= field == 5 ? TensorRules.BoundsOf((int)value, isWide: false) : TensorRules.BoundsOf(value, isWide: true);
        }
        else if (field == 1)
        {
            shape.Add(value, Context.Limits.Rank);
        }
        else if (field == 2)
        {
            type = (int)value;
        }
        else
        {
            isExternal |= (int)value != (int)TensorProto.Types.DataLocation.Default;
        }
    }

    internal override void OnName(int field, string text) => Name = text;

    internal override void OnData(int field, long length)
    {
        switch (field)
        {
            case 3:
                isSegment = true;
                break;
            case 6:
                counts[field]++;
                break;
            case 9:
                counts[field] = length;
                break;
            default:
                RequireText(length, "the description");
                break;
        }
    }

    internal override void OnCount(int field, long more) => counts[field] += more;

    internal override void OnBytes(int field, ReadOnlySpan<byte> bytes) => raw = bytes.ToArray();

    internal override void OnEnd()
    {
        if (Parent is GraphMessage graph)
        {
            graph.AddInitializerName(Name, this);
            graph.Define(this);
        }

        if (IsExternal)
        {
            var where = location is null ? "outside the file" : $"in '{Printable(location)}'";
            Context.Add(FindingCode.ExternalData, this, $"its data are {where}; export the model as one file");
            return;
        }

        if (!TensorRules.IsKnown(type))
            Context.Add(FindingCode.ElementType, this, $"its element type is {type}, which ONNX does not have");
        else if (shape.TryCountElements(Context, this, TensorRules.BitsOf(type)) &&
                 TensorRules.FindDataFault(type, shape.Elements, counts, isSegment) is { } fault)
            Context.Add(FindingCode.ShapeData, this, $"its shape is {shape}, but {fault}");
    }

    /// <summary>Records the location of the data, from an entry of <c>external_data</c>.</summary>
    internal void SetLocation(string value) => location = value;
}
