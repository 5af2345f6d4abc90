namespace Pulumi;

/// <summary>Marks the constructor that deserializes a provider's answer. Its parameters have the names on the wire.</summary>
[AttributeUsage(AttributeTargets.Constructor)]
public sealed class OutputConstructorAttribute : Attribute;
