using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class InvokeSettingsTests
{
    private static readonly InvokeSettings Some = new()
    {
        InvokeFunction = "ocid1.fnfunc.oc1.eu-frankfurt-1.aaaa",
        InvokeEndpoint = "https://abc.eu-frankfurt-1.functions.oci.oraclecloud.com",
        InvokeTimeout = TimeSpan.FromSeconds(12.5),
        LogFormat = LogFormat.Json,
        Oci = new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" },
    };

    [Fact]
    public void What_is_written_is_read_back() => Assert.Equal(Some, Read(Some.ToEnvironment()));

    [Theory]
    [InlineData("MODELSERVING_INVOKE_FUNCTION", "model-metrics", "is 'model-metrics'; it has to be a function's OCID")]
    [InlineData("MODELSERVING_INVOKE_FUNCTION", "", "is not set; it has to be a function's OCID")]
    [InlineData("MODELSERVING_INVOKE_ENDPOINT", "http://abc.example.com", "it has to be an https address without a path")]
    [InlineData("MODELSERVING_INVOKE_ENDPOINT", "https://abc.example.com/20181201", "it has to be an https address without a path")]
    [InlineData("MODELSERVING_OCI_IDENTITY", "", "MODELSERVING_OCI_IDENTITY is not set")]
    public void What_can_not_be_is_refused_by_its_name(string variable, string value, string says)
    {
        var variables = new Dictionary<string, string>(Some.ToEnvironment()) { [variable] = value };
        var e = Assert.Throws<ContractException>(() => Read(variables));
        Assert.Contains(variable, e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    private static InvokeSettings Read(IReadOnlyDictionary<string, string> variables) => new(new HostEnvironment(name => variables.GetValueOrDefault(name)));
}
