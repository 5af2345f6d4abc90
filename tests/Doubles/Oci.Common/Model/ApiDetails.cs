namespace Oci.Common.Model;

public class ApiDetails
{
    public string ServiceName { get; set; }

    public string OperationName { get; set; }

    public string RequestEndpoint { get; set; }

    public string UserAgent { get; set; }
}
