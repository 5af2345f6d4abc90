using Oci.Common.Auth;
using Oci.Common.Model;
using Oci.FunctionsService;
using Oci.FunctionsService.Requests;

namespace ModelServing.Services.Tests.Oci.Functions;

/// <summary>The requests of the SDK's client of Functions. The tests apply to the official package and to the double alike.</summary>
public sealed class SdkFunctionsTests : IDisposable
{
    private readonly SomeUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public async Task A_call_is_a_post_signed_with_its_body()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json("""{"posted":3}""", "opc-request-id: r-1", "Fn-Http-Status: 200"));
        using var client = Client(service);

        var answer = await client.InvokeFunction(new InvokeFunctionRequest
        {
            FunctionId = "ocid1.fnfunc.oc1..a",
            InvokeFunctionBody = new MemoryStream("{}"u8.ToArray()),
            FnInvokeType = InvokeFunctionRequest.FnInvokeTypeEnum.Sync,
        });

        var request = Assert.Single(service.Requests);
        Assert.StartsWith("POST /20181201/functions/ocid1.fnfunc.oc1..a/actions/invoke", request.StartLine, StringComparison.Ordinal);
        Assert.Equal("{}", request.Text);
        Assert.Equal(("sync", "application/octet-stream", "*/*"), (request["fn-invoke-type"], request["content-type"], request["accept"]));
        Assert.Equal("date (request-target) host content-length content-type x-content-sha256", SomeUser.VerifySignature(request));
        Assert.Equal("r-1", answer.OpcRequestId);
        Assert.Equal(["200"], answer.httpResponseMessage.Headers.GetValues("Fn-Http-Status"));
        using var reader = new StreamReader(answer.InputStream);
        Assert.Equal("""{"posted":3}""", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_an_endpoint_a_call_throws_an_argument_null_exception()
    {
        using var client = new FunctionsInvokeClient(new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT"));
        Assert.Null(client.GetEndpoint());
        await Assert.ThrowsAsync<ArgumentNullException>(() => client.InvokeFunction(new InvokeFunctionRequest { FunctionId = "f" }));
    }

    [Fact]
    public async Task An_error_names_the_service()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Error(502, "FunctionInvokeExecutionFailed", "function failed"));
        using var client = Client(service);
        var e = await Assert.ThrowsAsync<OciException>(() => client.InvokeFunction(new InvokeFunctionRequest { FunctionId = "f" }));
        Assert.Equal(
            (502, "FunctionInvokeExecutionFailed", "FunctionsInvoke", "InvokeFunction"),
            ((int)e.StatusCode, e.ServiceCode, e.ApiDetails.ServiceName, e.ApiDetails.OperationName));
    }

    private FunctionsInvokeClient Client(ServiceStandIn service) =>
        new(new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT"), null, service.Endpoint);
}
