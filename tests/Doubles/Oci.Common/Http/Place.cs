namespace Oci.Common.Http;

internal enum Place
{
    Path,
    Query,
    Header,
    Body,
}
