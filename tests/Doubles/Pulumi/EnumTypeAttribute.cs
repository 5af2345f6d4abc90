namespace Pulumi;

/// <summary>Marks a struct that represents a set of known strings.</summary>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class EnumTypeAttribute : Attribute;
