using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using ModelServing.Registry.Onnx;
using static ModelServing.Registry.Onnx.AttributeProto.Types;
using DataType = ModelServing.Registry.Onnx.TensorProto.Types.DataType;

namespace ModelServing.TestKit.Hostile;

/// <summary>Makes an ONNX model from the lines of <c>tests/Hostile/artifacts.yaml</c>.</summary>
/// <remarks>
/// <code>
/// ir 8                                   the IR version, 8 by default
/// opset 17                               the operator set, 17 by default; another domain's name may follow
/// in a Int64 [-1]                        an input; also out, and type for a value between nodes
/// const two Int64 [] 2                   an initializer; "raw const" stores it as raw data
/// y = Mod{fmod=1}(a, two)                a node. An attribute is a number, [1 2], 'text', Int64:2 (a tensor) or @body
/// graph body ... end                     a graph for an attribute
/// function own.halve(x) -> (y) ... end   a function
/// repeat 1000 x# = Relu(x%)              nodes; # is the number from 1, and % the one before
/// </code>
/// A dimension of -1 has a name. Types are those of onnx.proto.
/// </remarks>
public static partial class TextGraph
{
    public static byte[] Parse(string text)
    {
        var model = new ModelProto { IrVersion = 8, ProducerName = "modelserving-tests", Graph = new GraphProto { Name = "g" } };
        var sets = new Dictionary<string, long> { [""] = 17 };
        var bodies = new Dictionary<string, GraphProto>();
        var lines = new Queue<string>(text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        while (lines.TryDequeue(out var line))
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "ir":
                    model.IrVersion = long.Parse(words[1], CultureInfo.InvariantCulture);
                    break;
                case "opset":
                    sets[words.Length > 2 ? words[2] : ""] = long.Parse(words[1], CultureInfo.InvariantCulture);
                    break;
                case "graph":
                    var body = new GraphProto { Name = words[1] };
                    for (var inner = lines.Dequeue(); inner != "end"; inner = lines.Dequeue())
                        Add(body, inner, bodies);
                    bodies[words[1]] = body;
                    break;
                case "function":
                    model.Functions.Add(Function(line, lines, bodies));
                    break;
                default:
                    Add(model.Graph, line, bodies);
                    break;
            }
        }

        foreach (var domain in Domains(model))
            sets.TryAdd(domain, 1);
        foreach (var (domain, version) in sets)
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
            foreach (var function in model.Functions)
                function.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
        }

        return model.ToByteArray();
    }

    private static IEnumerable<string> Domains(ModelProto model) => model.Graph.Node
        .Concat(model.Functions.SelectMany(static function => function.Node)).Select(static node => node.Domain)
        .Concat(model.Functions.Select(static function => function.Domain)).Distinct();

    private static void Add(GraphProto graph, string line, Dictionary<string, GraphProto> bodies)
    {
        var words = line.Split(' ');
        switch (words[0])
        {
            case "in":
                graph.Input.Add(Value(words));
                break;
            case "out":
                graph.Output.Add(Value(words));
                break;
            case "type":
                graph.ValueInfo.Add(Value(words));
                break;
            case "const":
                graph.Initializer.Add(Tensor(words[1], words[2], words[3], words[4..], isRaw: false));
                break;
            case "raw":
                graph.Initializer.Add(Tensor(words[2], words[3], words[4], words[5..], isRaw: true));
                break;
            case "repeat":
                var pattern = string.Join(' ', words[2..]);
                for (var i = 1; i <= int.Parse(words[1], CultureInfo.InvariantCulture); i++)
                {
                    graph.Node.Add(Node(
                        pattern.Replace("#", $"{i}", StringComparison.Ordinal).Replace("%", $"{i - 1}", StringComparison.Ordinal),
                        bodies));
                }

                break;
            default:
                graph.Node.Add(Node(line, bodies));
                break;
        }
    }

    private static FunctionProto Function(string line, Queue<string> lines, Dictionary<string, GraphProto> bodies)
    {
        var match = FunctionLine.Match(line);
        var function = new FunctionProto
        {
            Domain = match.Groups["domain"].Value,
            Name = match.Groups["name"].Value,
            Input = { Names(match.Groups["in"].Value) },
            Output = { Names(match.Groups["out"].Value) },
        };
        for (var inner = lines.Dequeue(); inner != "end"; inner = lines.Dequeue())
            function.Node.Add(Node(inner, bodies));
        return function;
    }

    private static NodeProto Node(string line, Dictionary<string, GraphProto> bodies)
    {
        var match = NodeLine.Match(line);
        if (!match.Success)
            throw new InvalidDataException($"'{line}' is not a line of a graph");
        var node = new NodeProto
        {
            Domain = match.Groups["domain"].Value.TrimEnd('.'),
            OpType = match.Groups["name"].Value,
            Input = { Names(match.Groups["in"].Value) },
            Output = { Names(match.Groups["out"].Value) },
        };
        foreach (Match attribute in AttributeText.Matches(match.Groups["attributes"].Value))
            node.Attribute.Add(Attribute(attribute.Groups["name"].Value, attribute.Groups["value"].Value, bodies));
        return node;
    }

    private static AttributeProto Attribute(string name, string value, Dictionary<string, GraphProto> bodies)
    {
        if (value[0] == '@')
            return new AttributeProto { Name = name, Type = AttributeType.Graph, G = bodies[value[1..]] };
        if (value[0] == '\'')
            return new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value.Trim('\'')) };
        if (value[0] == '[')
            return new AttributeProto { Name = name, Type = AttributeType.Ints, Ints = { Numbers(Words(value)) } };
        return value.Split(':') is [var type, var element]
            ? new AttributeProto { Name = name, Type = AttributeType.Tensor, T = Tensor("", type, "[1]", [element], isRaw: false) }
            : new AttributeProto
            {
                Name = name,
                Type = AttributeType.Int,
                I = Enum.TryParse<DataType>(value, out var kind) ? (int)kind : long.Parse(value, CultureInfo.InvariantCulture),
            };
    }

    private static TensorProto Tensor(string name, string type, string shape, string[] elements, bool isRaw)
    {
        var kind = Enum.Parse<DataType>(type);
        var tensor = new TensorProto { Name = name, DataType = (int)kind, Dims = { Numbers(Words(shape)) } };
        var numbers = Numbers(elements);
        if (isRaw)
        {
            tensor.RawData = ByteString.CopyFrom(
                [.. numbers.SelectMany(
                    number => kind == DataType.Int64 ? BitConverter.GetBytes(number) : BitConverter.GetBytes((int)number))]);
        }
        else if (kind == DataType.Int64)
        {
            tensor.Int64Data.Add(numbers);
        }
        else if (kind is DataType.Uint32 or DataType.Uint64)
        {
            tensor.Uint64Data.Add(numbers.Select(static number => (ulong)number));
        }
        else if (kind == DataType.Float)
        {
            tensor.FloatData.Add(numbers.Select(static number => (float)number));
        }
        else
        {
            tensor.Int32Data.Add(numbers.Select(static number => (int)number));
        }

        return tensor;
    }

    private static ValueInfoProto Value(string[] words)
    {
        var shape = new TensorShapeProto();
        foreach (var length in Numbers(Words(string.Join(' ', words[3..]))))
        {
            shape.Dim.Add(length < 0
                ? new TensorShapeProto.Types.Dimension { DimParam = $"{words[1]}{shape.Dim.Count}" }
                : new TensorShapeProto.Types.Dimension { DimValue = length });
        }

        var tensor = new TypeProto.Types.Tensor { ElemType = (int)Enum.Parse<DataType>(words[2]), Shape = shape };
        return new ValueInfoProto { Name = words[1], Type = new TypeProto { TensorType = tensor } };
    }

    private static string[] Names(string list) => list.Length == 0 ? [] : list.Split(',', StringSplitOptions.TrimEntries);

    private static string[] Words(string list) => list.Trim('[', ']').Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);

    private static long[] Numbers(string[] words) => Array.ConvertAll(words, static word => long.Parse(word, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^(?<out>.*?) = (?<domain>(?:[a-z]+\.)*)(?<name>\w+)(?:\{(?<attributes>.*)\})?\((?<in>.*)\)$")]
    private static partial Regex NodeLine { get; }

    [GeneratedRegex(@"^function (?<domain>.*)\.(?<name>\w+)\((?<in>.*?)\) -> \((?<out>.*?)\)$")]
    private static partial Regex FunctionLine { get; }

    [GeneratedRegex(@"(?<name>\w+)=(?<value>\[[^\]]*\]|'[^']*'|[^,\s]+)")]
    private static partial Regex AttributeText { get; }
}
