using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.OpenInference.Rest;

/// <summary>An output in the JSON of an answer. Its elements may follow as bytes.</summary>
internal sealed class ReadOutput
{
    private readonly IReadOnlyDictionary<string, ParameterValue> parameters;
    private readonly Datatype datatype;
    private readonly long[] shape;
    private ReadOnlyMemory<byte>? memory;

    internal ReadOutput(string name, string? datatype, long[] shape, IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        Name = name;
        if (!Datatypes.TryParse(datatype, out this.datatype))
            throw TransportFaults.Malformed($"'{name}' has the data type '{datatype}'");
        Count = Tensor.CountIn(shape)
            ?? throw TransportFaults.Malformed($"'{name}' has the shape [{string.Join(',', shape)}]");
        this.shape = shape;
        this.parameters = parameters;
        if (parameters.TryGetValue("binary_data_size", out var size))
        {
            BinarySize = size.Value is long bytes and >= 0 and <= int.MaxValue
                ? (int)bytes
                : throw TransportFaults.Malformed($"'{name}' has the binary_data_size {size}");
        }
    }

    internal string Name { get; }

    internal Datatype Datatype => datatype;

    internal int Count { get; }

    /// <summary>Gets the number of bytes that follow the JSON; null if the elements are in it.</summary>
    internal int? BinarySize { get; }

    /// <summary>Takes the elements as they are on the wire.</summary>
    internal void Take(byte[] wire)
    {
        if (Tensor.FaultOf(datatype, wire, Count) is { } fault)
            throw TransportFaults.Malformed($"'{Name}': {fault}");
        if (!BitConverter.IsLittleEndian)
            ByteOrder.Reverse(wire, Datatypes.SizeOf(datatype));
        memory = wire;
    }

    /// <summary>Takes elements that were in the JSON.</summary>
    internal void TakeElements(ReadOnlyMemory<byte> elements) => memory = elements;

    internal InferOutput ToOutput() => new(
        Name,
        Tensor.FromChecked(
            datatype, shape, Count, memory ?? throw TransportFaults.Malformed($"'{Name}' has neither data nor binary_data_size")),
        parameters);
}
