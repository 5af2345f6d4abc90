namespace Oci.Common.Auth;

public interface IRegionProvider
{
    Region Region { get; }
}
