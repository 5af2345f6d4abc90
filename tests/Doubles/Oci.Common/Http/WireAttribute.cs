namespace Oci.Common.Http;

/// <summary>Where in a request or an answer a property stands. In no place's own order: they are written as the properties are declared.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WireAttribute(Place place, string name = "") : Attribute
{
    internal Place Place { get; } = place;

    /// <summary>The parameter's or the header's; of a dictionary, what its headers' names begin with.</summary>
    internal string Name { get; } = name;
}

internal enum Place
{
    Path,
    Query,
    Header,
    Body,
}
