namespace Pulumi;

/// <summary>Marks a property of a resource that the provider sets, or that a component or stack registers.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OutputAttribute(string? name = null) : Attribute
{
    public string? Name { get; } = name;
}
