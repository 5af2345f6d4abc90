using System.Globalization;
using System.Text;
using CsCheck;
using ModelServing.Registry.Onnx;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Services.Tests.Registry.Onnx.Values;

public class BoundsRulesTests
{
    private const int Steps = 8;

    private static readonly string[] Operations =
        ["Abs", "Relu", "Identity", "Neg", "Max", "Min", "Clip", "ClipAbove", "ClipBelow", "Div", "Mod", "BitwiseAnd", "Where", "Narrow"];

    private static readonly long[] Extremes = [long.MinValue, long.MinValue + 1, int.MinValue, int.MaxValue, uint.MaxValue, long.MaxValue];

    private static readonly Gen<long> Numbers = Gen.Frequency(
        (4, Gen.Long[-6, 6]),
        (1, Gen.Int[0, Extremes.Length - 1].Select(static index => Extremes[index])));

    private static readonly Gen<Value[]> Graphs = Gen.Select(
        Gen.Select(Numbers, Gen.Bool, static (number, isConstant) => new Value(number, isConstant, null, [])).Array[4],
        Gen.Select(Gen.Int[0, Operations.Length - 1].Select(static index => Operations[index]), Gen.Int[0, 100].Array[3]).Array[1, Steps],
        Build);

    // The last node is a / c, in which 'a' may be any number. If the rules accept it although 'c' is -1, they "know" what is not true.
    [Fact]
    public void No_accepted_divisor_is_minus_one() => Graphs.Sample(
        static values =>
        {
            if (values[^1].Number != -1)
                return true;
            var text = TextOf(values);
            var last = $"graph.node[{text.Split('\n').Count(static line => line.Contains(" = ", StringComparison.Ordinal)) - 1}]";
            return OnnxInspection.Inspect(TextGraph.Parse(text)).Findings
                .Any(finding => finding.Place.StartsWith(last, StringComparison.Ordinal));
        },
        iter: 30_000,
        // The other threads of the pool are for tests that wait for a host in this process.
        threads: 1,
        print: TextOf);

    // What would end the process is left out, so the number of each value is the one that the runtime computes.
    private static Value[] Build(Value[] leaves, (string Operation, int[] Inputs)[] steps)
    {
        var values = leaves.ToList();
        foreach (var (operation, chosen) in steps)
        {
            // The last value is used often, so that the graph is deep.
            var inputs = chosen.Select(index => index > 60 ? values.Count - 1 : index % values.Count).ToArray();
            var (a, b, c) = (values[inputs[0]].Number, values[inputs[1]].Number, values[inputs[2]].Number);
            if (operation is "Div" or "Mod" && (b == 0 || (a == long.MinValue && b == -1)))
                continue;
            values.Add(new Value(Compute(operation, a, b, c), false, operation, inputs));
        }

        return [.. values];
    }

    private static long Compute(string operation, long a, long b, long c) => operation switch
    {
        "Abs" => a < 0 ? unchecked(-a) : a,
        "Relu" => Math.Max(a, 0),
        "Neg" => unchecked(-a),
        "Max" => Math.Max(a, b),
        "Min" => Math.Min(a, b),
        "Clip" => Math.Min(Math.Max(a, b), c),
        "ClipAbove" => Math.Max(a, b),
        "ClipBelow" => Math.Min(a, b),
        "Div" => a / b,
        "Mod" => b == -1 ? 0 : a % b is var rest && rest != 0 && rest < 0 != b < 0 ? rest + b : a % b,
        "BitwiseAnd" => a & b,
        // Where the condition is true.
        "Where" => a,
        "Narrow" => unchecked((int)a),
        _ => a,
    };

    private static string TextOf(Value[] values)
    {
        var text = new StringBuilder("opset 18\nin a Int64 []\nin t Bool []\n");
        foreach (var (index, (number, isConstant, operation, inputs)) in values.Index())
        {
            string[] names = [.. inputs.Select(static input => $"v{input}")];
            text.AppendLine(operation switch
            {
                null when isConstant => string.Create(CultureInfo.InvariantCulture, $"const v{index} Int64 [] {number}"),
                null => $"in v{index} Int64 []",
                "Abs" or "Relu" or "Identity" or "Neg" => $"v{index} = {operation}({names[0]})",
                "Clip" => $"v{index} = Clip({string.Join(", ", names)})",
                "ClipAbove" => $"v{index} = Clip({names[0]}, {names[1]})",
                "ClipBelow" => $"v{index} = Clip({names[0]}, , {names[1]})",
                "Where" => $"v{index} = Where(t, {names[0]}, {names[1]})",
                "Narrow" => $"n{index} = Cast{{to=Int32}}({names[0]})\nv{index} = Cast{{to=Int64}}(n{index})",
                _ => $"v{index} = {operation}({names[0]}, {names[1]})",
            });
        }

        return text.AppendLine("out y Int64 []").AppendLine(CultureInfo.InvariantCulture, $"y = Div(a, v{values.Length - 1})").ToString();
    }

    /// <param name="Number">What the runtime computes.</param>
    /// <param name="IsConstant">Whether it is in the file; otherwise it is an input, or computed.</param>
    /// <param name="Operation">What computes it; null for nothing.</param>
    /// <param name="Inputs">The indexes of its inputs.</param>
    private sealed record Value(long Number, bool IsConstant, string? Operation, int[] Inputs);
}
