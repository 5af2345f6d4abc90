namespace ModelServing.Registry;

/// <summary>One input or output of a model.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Datatype">The type of the elements.</param>
/// <param name="Shape">The dimensions; -1 is a dimension of any length.</param>
public sealed record TensorInfo(string Name, Datatype Datatype, IReadOnlyList<long> Shape)
{
    /// <summary>A readable form: <c>input FP32 [-1,15]</c>.</summary>
    public override string ToString() => $"{Name} {DatatypeNames.NameOf(Datatype)} [{string.Join(',', Shape)}]";
}
