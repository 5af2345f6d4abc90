using ModelServing.Features.Events;
using ModelServing.Registry;

namespace ModelServing.Features.Definitions;

/// <summary>An entity key, a field of a source or a value of a request, with its type.</summary>
/// <param name="Type">The type of its values.</param>
public sealed record NamedType(string Name, FieldType Type)
{
    /// <summary>The input of an inference request that brings the value: one element for each row.</summary>
    public TensorInfo ToTensor() => new(
        Name,
        Type.Kind switch
        {
            FieldKind.Int64 or FieldKind.Time => Datatype.Int64,
            FieldKind.Decimal => Datatype.Fp64,
            FieldKind.Bool => Datatype.Bool,
            _ => Datatype.Bytes,
        },
        [-1]);
}
