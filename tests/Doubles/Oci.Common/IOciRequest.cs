namespace Oci.Common;

public interface IOciRequest;
