using System.Text;
using System.Text.Json.Nodes;

namespace ModelServing.Cli.Conformance;

/// <summary>The body of an inference request: JSON, and the bytes behind it.</summary>
internal sealed class InferBody
{
    private readonly JsonObject json = new() { ["inputs"] = new JsonArray() };
    private readonly List<byte> data = [];

    /// <summary>Whether bytes follow the JSON.</summary>
    internal bool IsBinary { get; private set; }

    /// <summary>The JSON, to be changed.</summary>
    internal JsonObject Json => json;

    internal InferBody Input(string name, string datatype, string shape, string elements)
    {
        ((JsonArray)json["inputs"]!).Add(new JsonObject
        {
            ["name"] = name,
            ["shape"] = JsonNode.Parse(shape),
            ["datatype"] = datatype,
            ["data"] = JsonNode.Parse(elements),
        });
        return this;
    }

    internal InferBody Input(string name, string datatype, string shape, ReadOnlySpan<byte> bytes)
    {
        IsBinary = true;
        data.AddRange(bytes);
        ((JsonArray)json["inputs"]!).Add(new JsonObject
        {
            ["name"] = name,
            ["shape"] = JsonNode.Parse(shape),
            ["datatype"] = datatype,
            ["parameters"] = new JsonObject { ["binary_data_size"] = bytes.Length },
        });
        return this;
    }

    internal InferBody Output(string name, bool? isBinary = null)
    {
        if (json["outputs"] is not JsonArray outputs)
            json["outputs"] = outputs = [];
        var output = new JsonObject { ["name"] = name };
        if (isBinary is { } binary)
            output["parameters"] = new JsonObject { ["binary_data"] = binary };
        outputs.Add(output);
        return this;
    }

    /// <summary>Sets a member of the request.</summary>
    internal InferBody With(string member, JsonNode? value)
    {
        json[member] = value;
        return this;
    }

    /// <summary>All bytes, and the length of the JSON among them; null if there is nothing else.</summary>
    internal (byte[] Bytes, int? JsonLength) ToBytes()
    {
        var text = Encoding.UTF8.GetBytes(json.ToJsonString());
        return ([.. text, .. data], IsBinary ? text.Length : null);
    }
}
