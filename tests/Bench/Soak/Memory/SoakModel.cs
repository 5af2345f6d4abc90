using System.Text;
using ModelServing.Contracts;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Bench.Soak.Memory;

/// <summary>A model under attack, with a request that it can answer well at any time, and the text that costs it most.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Onnx">The model.</param>
/// <param name="Good">A small request.</param>
/// <param name="Input">Its input.</param>
/// <param name="Datatype">The datatype of its input.</param>
/// <param name="Element">An element of its input that costs much memory for each of its bytes, with its comma.</param>
internal sealed record SoakModel(ModelName Name, byte[] Onnx, string Good, string Input, string Datatype, string Element)
{
    /// <summary>Text goes in and out.</summary>
    internal static SoakModel Text { get; } = Create("text", "s", "BYTES", "\"\",");

    /// <summary>Each number becomes one with many digits.</summary>
    internal static SoakModel Third { get; } = Create("third", "x", "FP64", "1,");

    /// <summary>A number becomes that many numbers.</summary>
    internal static SoakModel Expand { get; } = Create("expand", "x", "INT64", "1,");

    internal static IReadOnlyList<SoakModel> All { get; } = [Text, Third, Expand];

    /// <summary>A request of about this many bytes, of the elements that cost most.</summary>
    internal byte[] Costly(int bytes)
    {
        var count = bytes / Element.Length;
        var body = new StringBuilder(bytes + 200).Append(Head(count));
        for (var i = 0; i < count; i++)
            body.Append(Element);
        body.Length--;
        return Encoding.ASCII.GetBytes(body.Append("]}]}").ToString());
    }

    /// <summary>A request of about this many bytes, with its input as bytes: texts without letters, or ones.</summary>
    /// <param name="bytes">The bytes of the body.</param>
    /// <param name="jsonLength">The length of its JSON.</param>
    internal byte[] CostlyBinary(int bytes, out int jsonLength)
    {
        byte[] element = Datatype switch
        {
            // The length of a text.
            "BYTES" => new byte[sizeof(int)],
            "FP64" => BitConverter.GetBytes(1.0),
            _ => BitConverter.GetBytes(1L),
        };
        var count = bytes / element.Length;
        var parameters = $$"""{"binary_data_size":{{count * element.Length}}}""";
        var json = $$"""{"inputs":[{"name":"{{Input}}","shape":[{{count}}],"datatype":"{{Datatype}}","parameters":{{parameters}}}]}""";
        jsonLength = json.Length;
        return [.. Encoding.ASCII.GetBytes(json), .. Enumerable.Repeat(element, count).SelectMany(static one => one)];
    }

    internal string Head(long count) => $$"""{"inputs":[{"name":"{{Input}}","shape":[{{count}}],"datatype":"{{Datatype}}","data":[""";

    /// <summary>The model of this name.</summary>
    internal static SoakModel Named(string name) => All.Single(model => model.Name.Text == name);

    private static SoakModel Create(string name, string input, string datatype, string element)
    {
        var model = HostileModel.Named(name);
        return new SoakModel(ModelName.Parse(name), model.Onnx, model.Good, input, datatype, element);
    }
}
