namespace Oci.Common.Http;

/// <summary>The place of a property in a request or response. Properties are written in the order of their declaration.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WireAttribute(Place place, string name = "") : Attribute
{
    internal Place Place { get; } = place;

    /// <summary>The name of the parameter or header. For a dictionary, the prefix of its headers.</summary>
    internal string Name { get; } = name;
}
