using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Features.Engine;

/// <summary>The type of a feature's values.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are the names of the types.")]
public enum FeatureType : byte
{
    Int64,
    Double,
}
