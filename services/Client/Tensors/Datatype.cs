using System.Diagnostics.CodeAnalysis;

namespace ModelServing.OpenInference.Tensors;

/// <summary>The type of a tensor's elements, by the protocol's names.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are the protocol's names.")]
public enum Datatype
{
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Fp16,
    Fp32,
    Fp64,
    Bytes,
    Bf16,
}
