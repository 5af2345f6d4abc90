using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Registry;

public class RegistryLocationTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/srv/models")]
    [InlineData("file:")]
    [InlineData("oci:bucket")]
    public void A_location_of_another_scheme_is_refused(string location)
    {
        var e = Assert.Throws<ContractException>(() => RegistryLocation.Open(location));
        Assert.Equal($"the registry is '{location}'; it must be file:FOLDER, as in file:/srv/models", e.Message);
    }
}
