using ModelServing.Hosting;

namespace ModelServing.Services.Tests.Hosting;

public class OtlpVariablesTests
{
    [Theory]
    [InlineData("", false, false)]
    [InlineData("OTEL_SERVICE_NAME=x", false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=", false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4317", true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://c:4317", false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_TRACES_EXPORTER=none", false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_METRICS_EXPORTER=None", true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_SDK_DISABLED=TRUE", false, false)]
    public void The_standard_variables_say_what_is_exported(string environment, bool traces, bool metrics)
    {
        var variables = Read(SomeSettings.OnFreePort, environment);
        Assert.Equal((traces, metrics), (variables.HasTraces, variables.HasMetrics));
    }

    [Fact]
    public void A_setting_takes_precedence_and_the_libraries_get_only_OpenTelemetrys_variables()
    {
        var variables = Read(
            SomeSettings.OnFreePort with { OtlpEndpoint = "http://set:4317" },
            "OTEL_EXPORTER_OTLP_ENDPOINT=http://other:4317 OTEL_TRACES_SAMPLER=always_off PATH=/bin OTEL_SDK_DISABLED=false");
        Assert.Equal(
            [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://set:4317"), ("OTEL_TRACES_SAMPLER", "always_off")],
            variables.ForConfiguration.Select(static variable => (variable.Key, variable.Value!)).Order());
    }

    private static OtlpVariables Read(SomeSettings settings, string environment) => OtlpVariables.Read(
        settings,
        environment.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(static pair => pair.Split('=', 2))
            .ToDictionary(static pair => pair[0], static pair => pair[1]));
}
