using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Models;

/// <summary>
/// The free dimensions of a model's inputs that have the same name, as <c>batch</c> in all inputs. ONNX means by it that they have the same
/// length. The runtime does not check that, but it plans its memory by it.
/// </summary>
internal sealed class SharedLengths
{
    private readonly IReadOnlyList<TensorSpec> inputs;
    private readonly Place[][] groups;

    private SharedLengths(IReadOnlyList<TensorSpec> inputs, Place[][] groups)
    {
        this.inputs = inputs;
        this.groups = groups;
    }

    /// <summary>Finds them; null without any.</summary>
    internal static SharedLengths? Find(IReadOnlyList<TensorSpec> inputs)
    {
        Place[][] groups =
        [
            .. inputs.SelectMany(static (spec, input) => spec.Shape.Select((_, dimension) => new Place(input, dimension)))
                .Where(place => inputs[place.Input].NameOf(place.Dimension).Length > 0)
                .GroupBy(place => inputs[place.Input].NameOf(place.Dimension), StringComparer.Ordinal)
                .Select(static group => group.ToArray())
                .Where(static group => group.Length > 1),
        ];
        return groups.Length == 0 ? null : new SharedLengths(inputs, groups);
    }

    /// <summary>Checks the shapes of a request's inputs, which are in the model's order.</summary>
    /// <exception cref="RequestFaultException">Two lengths differ that must be the same. The message names both inputs.</exception>
    internal void Require(IReadOnlyList<RuntimeTensor> tensors)
    {
        foreach (var group in groups)
        {
            var first = group[0];
            var length = tensors[first.Input].Shape[first.Dimension];
            foreach (var place in group)
            {
                if (tensors[place.Input].Shape[place.Dimension] != length && !IsAbsent(place, tensors))
                    throw Fault(tensors, first, place);
            }
        }
    }

    // An optional input that the caller left out has no elements. No input that is sent has a length of 0.
    private bool IsAbsent(Place place, IReadOnlyList<RuntimeTensor> tensors) =>
        inputs[place.Input].IsOptional && tensors[place.Input].Count == 0;

    private RequestFaultException Fault(IReadOnlyList<RuntimeTensor> tensors, Place one, Place other)
    {
        return new RequestFaultException("inputs", $"{Text(one)} and {Text(other)}; " +
            $"both lengths are the model's '{inputs[one.Input].NameOf(one.Dimension)}', so they must be the same");

        string Text(Place place) => $"'{inputs[place.Input].Name}' has the shape [{string.Join(',', tensors[place.Input].Shape)}] " +
            $"with the length {tensors[place.Input].Shape[place.Dimension]} in dimension {place.Dimension}";
    }

    /// <summary>A dimension of an input.</summary>
    private readonly record struct Place(int Input, int Dimension);
}
