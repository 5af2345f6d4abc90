using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>Collects the tensors of a request, one for each input of the model.</summary>
internal sealed class RequestInputs(IReadOnlyList<TensorSpec> inputs)
{
    private readonly SharedLengths? sharedLengths = SharedLengths.Find(inputs);

    /// <summary>Adds an input, which must be there once.</summary>
    /// <param name="tensors">The tensors so far, in the model's order.</param>
    /// <param name="index">The input's index in the request, for a message.</param>
    /// <param name="read">The input, whose tensor is freed if it is refused.</param>
    internal void Add(RuntimeTensor?[] tensors, int index, in InputTensor read)
    {
        var (input, tensor) = read;
        if (tensors[input] is not null)
        {
            tensor.Dispose();
            throw new RequestFaultException($"inputs[{index}].name", $"'{inputs[input].Name}' is duplicated");
        }

        tensors[input] = tensor;
    }

    /// <summary>Requires all inputs but the optional ones, of which each gets a tensor without elements, and the lengths that they must
    /// share.</summary>
    internal void Complete(RuntimeTensor?[] tensors)
    {
        for (var missing = 0; missing < tensors.Length; missing++)
        {
            if (tensors[missing] is not null)
                continue;
            if (!inputs[missing].IsOptional)
            {
                throw new RequestFaultException(
                    "inputs", $"'{inputs[missing].Name}' is missing; the model takes {string.Join(", ", inputs)}");
            }

            tensors[missing] = inputs[missing].Format.Create([0]);
        }

        sharedLengths?.Require(tensors!);
    }
}
