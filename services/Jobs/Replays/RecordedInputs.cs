using ModelServing.Predictions.Records;
using ModelServing.Registry;
using ModelServing.Runtime.Replays;

namespace ModelServing.Jobs.Replays;

/// <summary>The inputs of a recorded request as a version takes them. Features are inputs like others: the record has the tensor that the
/// model got, so nothing is asked of a feature server, and nothing is computed again.</summary>
internal static class RecordedInputs
{
    /// <summary>Finds the inputs of a version; the second value says why the record does not have them.</summary>
    internal static (IReadOnlyList<ReplayTensor>? Inputs, string? Missing) Find(Manifest manifest, PredictionRecord record)
    {
        var inputs = new List<ReplayTensor>();
        foreach (var input in manifest.Inputs)
        {
            var datatype = DatatypeNames.NameOf(input.Datatype);
            // In an export, a name with several types has the type as a suffix.
            var tensor = record.Inputs.FirstOrDefault(tensor => tensor.Name == input.Name)
                ?? record.Inputs.FirstOrDefault(tensor => tensor.Name == $"{input.Name}_{datatype.ToLowerInvariant()}");
            if (tensor is null)
                return (null, $"the log has no input {input.Name}");
            if (tensor.Omitted.Length > 0)
                return (null, $"the log does not have the data of the input {input.Name}: {tensor.Omitted.Split(' ')[0]}");
            var data = tensor.Data.Memory;
            if (input.Datatype == Datatype.Fp16 && tensor.Datatype == DatatypeNames.NameOf(Datatype.Fp32))
                data = RecordedBytes.Halves(data.Span);
            else if (tensor.Datatype != datatype)
                return (null, $"the input {input.Name} is {tensor.Datatype} in the log, not {datatype}");
            inputs.Add(new ReplayTensor(input.Name, datatype, ShapeOf(input, tensor), data));
        }

        return (inputs, null);
    }

    // An export has no shape for a column of single elements.
    private static long[] ShapeOf(TensorInfo input, RecordedTensor tensor) =>
        tensor.Shape is [1] && input.Shape.Count != 1 ? [.. Enumerable.Repeat(1L, input.Shape.Count)] : [.. tensor.Shape];
}
