using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Oci.Rest;

namespace ModelServing.Services.Tests.Oci.Rest;

/// <summary>Plain REST calls that the SDK's handler signs. Its tests apply to the official packages and to the doubles alike.</summary>
public sealed class OciRestTests : IDisposable
{
    private readonly SomeUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public async Task A_read_is_signed_as_the_SDK_signs_it()
    {
        await using var service = new ServiceStandIn(static _ => Json("""{"code":"x"}"""));
        using var rest = Open(service);
        var answer = await rest.GetAsync(RestService.Limits, "/20190729/services/vcn/limits/a%20b?compartmentId=c%2Fd", Cancellation);
        Assert.Equal("date (request-target) host", SomeUser.VerifySignature(Assert.Single(service.Requests)));
        Assert.Equal((true, null), (answer.IsSuccess, answer.Code));
    }

    [Fact]
    public async Task A_body_is_signed_too()
    {
        await using var service = new ServiceStandIn(static _ => Json("{}"));
        using var rest = Open(service);
        await rest.PostAsync(RestService.Kubernetes, "/20180222/clusters/c/content", new JsonObject { ["a"] = "é" }, Cancellation);
        var request = Assert.Single(service.Requests);
        Assert.Equal(
            "date (request-target) host content-length content-type x-content-sha256", SomeUser.VerifySignature(request));
        Assert.Equal("application/json", request["Content-Type"]);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found", """{"code":"NotAuthorizedOrNotFound","message":"no"}""", 1, "404 NotAuthorizedOrNotFound: no")]
    [InlineData("HTTP/1.1 429 Too Many Requests", """{"code":"TooManyRequests","message":"slow"}""", 3, "429 TooManyRequests: slow")]
    [InlineData("HTTP/1.1 502 Bad Gateway", "<html>", 3, "502: the answer gives no reason")]
    public async Task A_failure_is_an_answer_and_only_a_transient_one_is_repeated(string status, string body, int requests, string problem)
    {
        await using var service = new ServiceStandIn(_ => Answer(status, body));
        using var rest = Open(service);
        var answer = await rest.GetAsync(RestService.Identity, "/20160918/policies", Cancellation);
        Assert.Equal((requests, problem), (service.Requests.Count, answer.Problem));
    }

    [Fact]
    public void The_region_of_the_settings_must_be_known()
    {
        var e = Assert.Throws<ContractException>(() => OciRest.Open(Settings() with { Region = "xx-nowhere-1" }));
        Assert.Contains("'xx-nowhere-1'", e.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Json(string body) => Answer("HTTP/1.1 200 OK", body);

    private static string Answer(string status, string body) =>
        $"{status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private OciRest Open(ServiceStandIn service) => OciRest.Open(Settings(), new Uri(service.Endpoint));

    private OciSettings Settings() => new() { Identity = OciIdentity.ConfigFile, ConfigFile = user.ConfigFile, Region = "eu-frankfurt-1" };
}
