using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Oci.Common.Http;
using Oci.Common.Model;

namespace Oci.Common.Auth;

/// <summary>The metadata service of a compute instance, at its fixed address. The double reads what the official package reads before the
/// first request, and fails as that does. It refuses the last step, a signed call of the tenancy's Auth service.</summary>
internal static class InstanceMetadata
{
    private const string Address = "http://169.254.169.254/opc/v2/";

    internal static Region Read()
    {
        var region = Get("instance/region", isFirst: true);
        // Any text is a region: one that is unknown is registered.
        var known = FindRegion(region);
        using (Certificate("identity/cert.pem"))
        {
            _ = Get("identity/key.pem");
        }

        using (Certificate("identity/intermediate.pem"))
        {
            throw new NotSupportedException(
                $"This double of the OCI SDK does not support {nameof(InstancePrincipalsAuthenticationDetailsProvider)} in "
                + $"{known.RegionId}: it has no client of the Auth service. To run on a compute instance, build with the official " +
                    $"package.");
        }
    }

    private static Region FindRegion(string id)
    {
        try
        {
            return Region.FromRegionCodeOrId(id);
        }
        catch (ArgumentException)
        {
            return Region.Register(id, Realm.OC1);
        }
    }

#pragma warning disable SYSLIB0057 // The official package does the same.
    private static X509Certificate2 Certificate(string path) => new(Encoding.UTF8.GetBytes(Get(path)));
#pragma warning restore SYSLIB0057

    private static string Get(string path, bool isFirst = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address + path);
        request.Headers.TryAddWithoutValidation("authorization", "Bearer Oracle");
        if (isFirst)
            request.Headers.Add("accept", "text/plain");
        using var client = new HttpClient();
        HttpResponseMessage response;
        try
        {
            response = client.SendAsync(request).Result;
        }
        catch (AggregateException e) when (isFirst && e.InnerException is HttpRequestException)
        {
            response = new HttpResponseMessage(HttpStatusCode.BadRequest);
        }

        if (!response.IsSuccessStatusCode)
        {
            if (isFirst && response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.BadGateway)
                throw new OciException(response.StatusCode, "Failed to initiate Instance Principal call", "N/A", "N/A");
            ResponseReader.ThrowError(response, details: null);
        }

        return response.Content.ReadAsStringAsync().Result;
    }
}
