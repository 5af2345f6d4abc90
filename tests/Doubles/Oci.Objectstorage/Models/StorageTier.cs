using System.Runtime.Serialization;

namespace Oci.ObjectstorageService.Models;

public enum StorageTier
{
    /// <summary>What a tier in a body that is none of these is read as.</summary>
    [EnumMember(Value = null)]
    UnknownEnumValue,

    [EnumMember(Value = "Standard")]
    Standard,

    [EnumMember(Value = "InfrequentAccess")]
    InfrequentAccess,

    [EnumMember(Value = "Archive")]
    Archive,
}
