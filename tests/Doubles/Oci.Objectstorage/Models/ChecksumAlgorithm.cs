using System.Runtime.Serialization;

namespace Oci.ObjectstorageService.Models;

public enum ChecksumAlgorithm
{
    [EnumMember(Value = "CRC32C")]
    Crc32C,

    [EnumMember(Value = "SHA256")]
    Sha256,

    [EnumMember(Value = "SHA384")]
    Sha384,
}
