using System.Text.Json;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>The outputs that a request names (Open Inference Protocol, "Request Output").</summary>
internal sealed class WantedOutputs
{
    private readonly List<int> indices = [];
    private readonly List<bool?> binary = [];

    /// <summary>The number of outputs.</summary>
    internal int Count => indices.Count;

    /// <summary>The outputs, as indices into the model's.</summary>
    internal int[] Indices => [.. indices];

    /// <summary>Reads the list; null if it is null or empty, which by the protocol means all outputs.</summary>
    /// <param name="reader">The reader, before the list.</param>
    /// <param name="outputs">The model's outputs.</param>
    internal static WantedOutputs? Read(ref Utf8JsonReader reader, IReadOnlyList<TensorSpec> outputs)
    {
        if (!RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.StartArray, Field.Body("outputs"), "an array of objects with a name"))
            return null;
        var wanted = new WantedOutputs();
        while (RequestJson.NextEntry(ref reader))
            wanted.Add(ref reader, outputs);
        return wanted.indices.Count == 0 ? null : wanted;
    }

    /// <summary>Whether each of them is wanted as bytes; null if none is.</summary>
    /// <param name="others">Whether those are that say nothing themselves.</param>
    internal bool[]? BinaryOf(bool others) =>
        binary.Exists(wanted => wanted ?? others) ? [.. binary.Select(wanted => wanted ?? others)] : null;

    /// <summary>Adds an output.</summary>
    /// <param name="output">Its index in the model; negative if it has no name.</param>
    /// <param name="read">Its parameters.</param>
    /// <param name="outputs">The model's outputs.</param>
    internal void Add(int output, in ReadParameters read, IReadOnlyList<TensorSpec> outputs)
    {
        var field = new Field("outputs", indices.Count, "");
        if (output < 0)
            throw field.In("name").Fault($"it is missing; the model's outputs are {string.Join(", ", outputs)}");
        if (read.AreText && !outputs[output].IsText)
            throw ParameterRules.NotText(field.In("parameters"), outputs[output].Name);
        if (indices.Contains(output))
            throw field.In("name").Fault($"'{outputs[output].Name}' is duplicated");
        indices.Add(output);
        binary.Add(read.IsBinary);
    }

    private void Add(ref Utf8JsonReader reader, IReadOnlyList<TensorSpec> outputs)
    {
        var field = new Field("outputs", indices.Count, "");
        var name = field with { Member = "name" };
        var parameters = field with { Member = "parameters" };
        if (reader.TokenType != JsonTokenType.StartObject)
            throw field.Fault("it must be an object with a name");
        var output = -1;
        ReadParameters read = default;
        bool hasName = false, hasParameters = false;
        MemberNames? unknown = null;
        while (RequestJson.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                RequestJson.Once(ref hasName, name);
                output = RequestJson.ReadName(ref reader, outputs, name, "outputs");
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                RequestJson.Once(ref hasParameters, parameters);
                read = RequestParameters.Read(ref reader, parameters, ParameterPlace.Output);
            }
            else
            {
                RequestJson.ReadUnknown(ref reader, ref unknown, field, "name, parameters");
            }
        }

        Add(output, read, outputs);
    }
}
