import XCTest

@testable import DashClaw

final class ValueTests: XCTestCase {
    func testNumbersKeepTheirDigits() throws {
        for text in ["9007199254740993", "18446744073709551615", "123456789012345678901234567890", "0.10", "1e400", "-0"] {
            XCTAssertEqual(try JSONValue(parsing: text).text, text)
        }
    }
}
