using System.Text;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>
/// Reads the body of an inference request in Protocol Buffers (the message <c>ModelInferRequest</c> of the Open Inference Protocol's gRPC
/// service) straight into tensors. Messages that a compiler generates would hold each element a second time, or each text as an object.
/// </summary>
/// <remarks>
/// Fields may come in any order, unknown ones are passed over, and of two values of one field the last one counts: that is how every reader
/// of Protocol Buffers does it. The rest is as in JSON, with the same checks and the same names in messages.
/// <code>
/// 1 read      all but the inputs, and count these and their raw contents
/// 2 fill      a tensor from each input, with the raw contents of the same index if there are some
/// </code>
/// </remarks>
internal sealed class ProtobufRequestReader(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs)
{
    /// <summary>The field with the data of all inputs as bytes.</summary>
    internal const string RawContents = "raw_input_contents";

    private const int Inputs = 5;
    private const int Raw = 7;

    private static readonly string[] Names = ["", "model_name", "model_version", "id", "parameters", "inputs", "outputs", RawContents];

    private static readonly string[] OutputNames = ["", "name", "parameters"];

    private readonly WireInputReader inputReader = new(inputs);
    private readonly RequestInputs requestInputs = new(inputs);
    private readonly int[] allOutputs = [.. Enumerable.Range(0, outputs.Count)];
    private readonly bool[] allBinary = [.. Enumerable.Repeat(true, outputs.Count)];

    /// <summary>Reads a request.</summary>
    /// <param name="body">The whole body.</param>
    /// <exception cref="RequestFaultException">The body is not a valid request for this model. The message names the field.</exception>
    internal InferRequest Read(ReadOnlySpan<byte> body)
    {
        string? id = null;
        var wanted = new WantedOutputs();
        var parameters = new WireParameters(ParameterPlace.Request);
        int inputCount = 0, rawCount = 0;
        // 1
        var fields = new WireReader(body, Field.Body(""), Names);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case 1 or 2:
                    // The path decides, as in JSON.
                    _ = fields.Text;
                    break;
                case 3:
                    id = ReadId(fields);
                    break;
                case 4:
                    parameters.Add(fields);
                    break;
                case Inputs:
                    _ = fields.Bytes;
                    inputCount++;
                    break;
                case 6:
                    ReadOutput(fields, wanted);
                    break;
                case Raw:
                    _ = fields.Bytes;
                    rawCount++;
                    break;
            }
        }

        ParameterRules.RequireTexts(parameters.Found, inputs);
        if (rawCount > 0 && rawCount != inputCount)
            throw Field.Body(RawContents).Fault($"it has {rawCount} entries, but there are {inputCount} inputs; each must have one");
        var tensors = new RuntimeTensor?[inputs.Count];
        try
        {
            ReadInputs(body, tensors, rawCount > 0); // 2
            requestInputs.Complete(tensors);
        }
        catch
        {
            foreach (var tensor in tensors)
                tensor?.Dispose();
            throw;
        }

        var indices = wanted.Count > 0 ? wanted.Indices : allOutputs;
        return new InferRequest(id, tensors!, indices)
        {
            IsProtobuf = true,
            Binary = rawCount > 0 || HasOnlyRaw(indices) ? allBinary : null,
            Timeout = parameters.Found.Timeout,
        };
    }

    private static string? ReadId(in WireReader field)
    {
        var id = field.Text;
        if (id.Length > InferRequestReader.MaxIdBytes)
            throw field.Field.Fault($"it has more than {InferRequestReader.MaxIdBytes} bytes");
        return id.IsEmpty ? null : Encoding.UTF8.GetString(id);
    }

    private void ReadOutput(in WireReader output, WantedOutputs wanted)
    {
        var place = new Field("outputs", wanted.Count, "");
        ReadOnlySpan<byte> name = default;
        var parameters = new WireParameters(ParameterPlace.Output);
        var fields = new WireReader(output.Bytes, place, OutputNames);
        while (fields.Next())
        {
            if (fields.Number == 1)
                name = fields.Text;
            else if (fields.Number == 2)
                parameters.Add(fields);
        }

        wanted.Add(WireInputReader.IndexOf(name, outputs, place.In("name"), "outputs"), parameters.Found, outputs);
    }

    private void ReadInputs(ReadOnlySpan<byte> body, RuntimeTensor?[] tensors, bool isRaw)
    {
        var fields = new WireReader(body, Field.Body(""), Names);
        // Goes from one entry of the raw contents to the next, wherever they are.
        var raw = new WireReader(body, Field.Body(""), Names);
        for (var index = 0; fields.Next();)
        {
            if (fields.Number != Inputs)
                continue;
            while (isRaw && raw.Next() && raw.Number != Raw)
            {
            }

            requestInputs.Add(
                tensors, index, isRaw ? inputReader.ReadRaw(fields.Bytes, index, raw.Bytes) : inputReader.ReadTyped(fields.Bytes, index));
            index++;
        }
    }

    // An answer has all of its outputs as bytes, or none.
    private bool HasOnlyRaw(int[] indices)
    {
        foreach (var output in indices)
        {
            if (ContentsFields.NumberOf(outputs[output].Datatype) == 0)
                return true;
        }

        return false;
    }
}
