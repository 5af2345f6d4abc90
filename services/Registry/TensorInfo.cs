namespace ModelServing.Registry;

/// <summary>One input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">The type of its elements.</param>
/// <param name="Shape">Its dimensions; -1 is one that may have any length.</param>
public sealed record TensorInfo(string Name, Datatype Datatype, IReadOnlyList<long> Shape)
{
    /// <summary>As a person would write it: <c>input FP32 [-1,15]</c>.</summary>
    public override string ToString() => $"{Name} {DatatypeNames.NameOf(Datatype)} [{string.Join(',', Shape)}]";
}
