using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// Reads the body of an inference request (Open Inference Protocol, "Inference Request JSON Object") in one pass, straight into tensors.
/// Members may come in any order. Bytes of tensors may follow the JSON (the protocol's binary extension).
/// </summary>
internal sealed class InferRequestReader(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs)
{
    /// <summary>The most bytes of a request's identifier.</summary>
    internal const int MaxIdBytes = 4096;

    private readonly InputReader inputReader = new(inputs);
    private readonly RequestInputs requestInputs = new(inputs);
    private readonly int[] allOutputs = [.. Enumerable.Range(0, outputs.Count)];
    private readonly bool[] allBinary = [.. Enumerable.Repeat(true, outputs.Count)];

    /// <summary>Reads a request.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="jsonLength">The length of the JSON at its beginning; null if all of it is JSON. With 0, it is the data of the only
    /// input.</param>
    /// <param name="bytes">Where the memory of a second copy of the JSON is taken; null if it is not counted.</param>
    /// <exception cref="RequestFaultException">The body is not a valid request for this model. The message names the field.</exception>
    /// <exception cref="OverBudgetException">There is no room for a second copy.</exception>
    internal InferRequest Read(ReadOnlySpan<byte> body, int? jsonLength = null, ByteReservation? bytes = null)
    {
        if (jsonLength == 0)
            return ReadRaw(body);
        if (jsonLength > body.Length)
            throw new RequestFaultException(HeaderNames.JsonLength, $"it is {jsonLength}, but the body has {body.Length} bytes");
        var json = body[..(jsonLength ?? body.Length)];
        var binary = body[json.Length..];
        if (BodyText.FindFault(json) is var (field, message))
            throw new RequestFaultException(field, message);
        try
        {
            return Read(json, new BinaryData(binary));
        }
        catch (JsonException fault)
        {
            // Among texts, a name without quotes could become one.
            var count = inputs.Any(static spec => spec.IsText) ? 0 : BareNumbers.CountIn(json);
            if (count == 0)
                throw Invalid(json, fault);
            var length = json.Length + (count * BareNumbers.Quotes);
            bytes?.Take(length);
            var quoted = new NativeBytes(length);
            using IDisposable owner = quoted;
            BareNumbers.Quote(json, quoted.GetSpan());
            try
            {
                return Read(quoted.GetSpan(), new BinaryData(binary));
            }
            catch (JsonException other)
            {
                throw Invalid(quoted.GetSpan(), other);
            }
        }
    }

    // Numbers that were read without the JSON reader are missing from the place that it names, so it reads all of the text again.
    private static RequestFaultException Invalid(ReadOnlySpan<byte> json, JsonException fault)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
            }
        }
        catch (JsonException whole)
        {
            fault = whole;
        }

        return new("", $"the body is not valid JSON: {fault.Message}");
    }

    private InferRequest Read(ReadOnlySpan<byte> json, BinaryData binary)
    {
        var tensors = new RuntimeTensor?[inputs.Count];
        try
        {
            return Read(json, tensors, ref binary);
        }
        catch
        {
            foreach (var tensor in tensors)
                tensor?.Dispose();
            throw;
        }
    }

    // All outputs are wanted, as bytes, because there is nothing that could say otherwise.
    private InferRequest ReadRaw(ReadOnlySpan<byte> body)
    {
        var tensor = RawInput.Read(inputs, body);
        try
        {
            requestInputs.Complete([tensor]);
            return new InferRequest(null, [tensor], allOutputs) { Binary = allBinary };
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private InferRequest Read(ReadOnlySpan<byte> body, RuntimeTensor?[] tensors, ref BinaryData binary)
    {
        var reader = new Utf8JsonReader(body);
        string? id = null;
        WantedOutputs? wanted = null;
        ReadParameters parameters = default;
        bool hasId = false, hasParameters = false, hasInputs = false, hasOutputs = false, hasName = false, hasVersion = false;
        MemberNames? unknown = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RequestFaultException("", "the body must be a JSON object with the member 'inputs'");
        while (RequestJson.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("inputs"u8))
            {
                RequestJson.Once(ref hasInputs, Field.Body("inputs"));
                ReadInputs(ref reader, body, tensors, ref binary);
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                RequestJson.Once(ref hasOutputs, Field.Body("outputs"));
                wanted = WantedOutputs.Read(ref reader, outputs);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                RequestJson.Once(ref hasId, Field.Body("id"));
                id = RequestJson.ReadString(ref reader, Field.Body("id"), MaxIdBytes);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                RequestJson.Once(ref hasParameters, Field.Body("parameters"));
                parameters = RequestParameters.Read(ref reader, Field.Body("parameters"), ParameterPlace.Request);
                ParameterRules.RequireTexts(parameters, inputs);
            }
            else if (reader.ValueTextEquals("model_name"u8))
            {
                // KServe's client repeats what the path says; the path decides.
                RequestJson.Once(ref hasName, Field.Body("model_name"));
                _ = RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.String, Field.Body("model_name"), "a string");
            }
            else if (reader.ValueTextEquals("model_version"u8))
            {
                RequestJson.Once(ref hasVersion, Field.Body("model_version"));
                _ = RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.String, Field.Body("model_version"), "a string");
            }
            else
            {
                RequestJson.ReadUnknown(ref reader, ref unknown, Field.Body(""), "id, parameters, inputs, outputs");
            }
        }

        // The JSON reader throws here if anything follows the object.
        reader.Read();
        requestInputs.Complete(tensors);
        binary.RequireEnd();
        return new InferRequest(id, tensors!, wanted?.Indices ?? allOutputs)
        {
            Binary = wanted is { } named ? named.BinaryOf(parameters.IsBinary == true)
                : parameters.IsBinary == true ? allBinary
                : null,
            Timeout = parameters.Timeout,
        };
    }

    private void ReadInputs(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RuntimeTensor?[] tensors, ref BinaryData binary)
    {
        if (!RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.StartArray, Field.Body("inputs"), "an array of tensors"))
            return;
        var index = 0;
        while (RequestJson.NextEntry(ref reader))
        {
            requestInputs.Add(tensors, index, inputReader.Read(ref reader, index, json, ref binary));
            index++;
        }
    }
}
