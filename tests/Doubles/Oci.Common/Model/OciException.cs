using System.Net;

namespace Oci.Common.Model;

/// <summary>An error that a service answered.</summary>
public class OciException : Exception
{
    public OciException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public OciException(HttpStatusCode statusCode, string message, string serviceCode, string opcRequestId, ApiDetails apiDetails)
        : base(message)
    {
        StatusCode = statusCode;
        ServiceCode = serviceCode;
        OpcRequestId = opcRequestId;
        ApiDetails = apiDetails;
    }

    public OciException(HttpStatusCode statusCode, string message, string serviceCode, string opcRequestId)
        : this(statusCode, message, serviceCode, opcRequestId, apiDetails: null)
    {
    }

    public OciException(string message, string serviceCode, string opcRequestId, Exception innerException)
        : base(message, innerException)
    {
        ServiceCode = serviceCode;
        OpcRequestId = opcRequestId;
    }

    public OciException(HttpStatusCode statusCode, string message, string opcRequestId, Exception innerException)
        : base(message, innerException)
    {
        StatusCode = statusCode;
        OpcRequestId = opcRequestId;
    }

    public HttpStatusCode StatusCode { get; }

    public string ServiceCode { get; }

    public string OpcRequestId { get; }

    public ApiDetails ApiDetails { get; }

    public override string ToString() => ApiDetails is null
        ? $"Error encountered: StatusCode:{StatusCode}, Message:{Message}, ServiceCode:{ServiceCode}, OpcRequestId:{OpcRequestId}"
        : $"Error returned by {ApiDetails.ServiceName} Service. Http Status Code: {(int)StatusCode}. ServiceCode: {ServiceCode}. " +
            $"OpcRequestId: {OpcRequestId}. Message: {Message}\nOperation Name: {ApiDetails.OperationName}\n" +
            $"Request Endpoint: {ApiDetails.RequestEndpoint}";
}
