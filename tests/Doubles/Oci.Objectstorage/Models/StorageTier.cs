using System.Runtime.Serialization;

namespace Oci.ObjectstorageService.Models;

public enum StorageTier
{
    /// <summary>The value for an unknown tier in a body.</summary>
    [EnumMember(Value = null)]
    UnknownEnumValue,

    [EnumMember(Value = "Standard")]
    Standard,

    [EnumMember(Value = "InfrequentAccess")]
    InfrequentAccess,

    [EnumMember(Value = "Archive")]
    Archive,
}
